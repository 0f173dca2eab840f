/**
 * Splits a line of `key=value` assignments at spaces: `initSeed=7 weightDecay=0`. A space inside brackets or
 * quotes belongs to its value: `data.tasks=["add", "mul"]`.
 */
export const splitAssignments = (line: string): string[] =>
  line.match(/(?:\[[^\]]*\]|\{[^}]*\}|"[^"]*"|[^\s])+/g) ?? [];
