/**
 * The one spelling of a matrix: `tensor`, or `tensor#Q` for a part of a fused tensor. Options, exports and the page's
 * pickers share it.
 */
export const matrixKey = ({
  tensor,
  part,
}: {
  readonly tensor: string;
  readonly part?: string | undefined;
}): string => (part === undefined ? tensor : `${tensor}#${part}`);
