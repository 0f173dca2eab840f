/** Letters, digits and dashes of source and title; nothing that a file system or a shell reads otherwise. */
export const fileStem = ({ source, title }: { readonly source: string; readonly title: string }): string =>
  `${source} ${title}`
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100) || 'chart';
