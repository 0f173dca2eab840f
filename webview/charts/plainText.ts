const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Text as Plotly must be given it to show it as it is. Plotly reads a little HTML (`<b>`, `<a href>`) in every text
 * field, LaTeX between dollar signs, and line breaks; names of tensors and files come from files and may hold any of it.
 */
export const plainText = (text: string): string =>
  text
    .replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]/g, ' ')
    .replaceAll(/[&<>]/g, (character) => entities[character]!)
    .replaceAll('$', '\u200b$');

/** Lines of a hover label: each is plain, the breaks between them are ours. */
export const plainLines = (lines: readonly string[]): string => lines.map(plainText).join('<br>');
