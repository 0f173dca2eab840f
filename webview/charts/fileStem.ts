/** Letters, digits and dashes of source and title; no character that is special to a file system or a shell. */
export const fileStem = ({ source, title }: { readonly source: string; readonly title: string }): string =>
  `${source} ${title}`
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100) || 'chart';
