/** Names of the tables of tokens and positions: ours, PyTorch's usual ones, GPT-2's, Llama's. */
const table = /(^|\.)(tok|pos|wte|wpe|(\w+_)?(embed|embed_tokens|embed_positions|embeddings?))(\.weight)?$/i;

/** Whether a tensor is a table of tokens or positions, by its name. */
export const isEmbedding = (tensor: string): boolean => table.test(tensor);
