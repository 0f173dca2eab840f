/**
 * Groups of several tensors that stand beside `all`, so that one large tensor cannot speak for all: every matrix inside a
 * layer; the tables of tokens and positions; all tensors, each divided by the length of its own change.
 */
export const jointGroups = ['trunk', 'embeddings', 'equal-weight'] as const;
export type JointGroup = (typeof jointGroups)[number];
