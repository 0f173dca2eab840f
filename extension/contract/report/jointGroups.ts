/**
 * Groups of several tensors besides `all`, so that one large tensor does not dominate: every matrix
 * inside a layer; the token and position tables; all tensors, each divided by the length of its own
 * change.
 */
export const jointGroups = ['trunk', 'embeddings', 'equal-weight'] as const;
export type JointGroup = (typeof jointGroups)[number];
