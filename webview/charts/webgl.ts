let answer: boolean | undefined;

/** Whether this page can draw in three dimensions; checked once. */
export function hasWebGl(): boolean {
  answer ??= document.createElement('canvas').getContext('webgl') !== null;
  return answer;
}
