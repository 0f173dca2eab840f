/** Names inside a run's folder that the engine and its faces share. */
export const runLayout = {
  /** What a trainer needs to go on, and its claim. */
  state: 'state',
  /** In {@link runLayout.state}: held by the process that trains the run. */
  claim: 'trainer.pid',
} as const;
