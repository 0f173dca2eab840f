const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Escapes text so that Plotly shows it literally. Plotly interprets some HTML (`<b>`, `<a href>`) in every text
 * field, LaTeX between dollar signs, and line breaks; names of tensors and files are untrusted.
 */
export const plainText = (text: string): string =>
  text
    .replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]/g, ' ')
    .replaceAll(/[&<>]/g, (character) => entities[character]!)
    .replaceAll('$', '\u200b$');

/** Lines of a hover label: each is escaped, the breaks between them are real. */
export const plainLines = (lines: readonly string[]): string => lines.map(plainText).join('<br>');
