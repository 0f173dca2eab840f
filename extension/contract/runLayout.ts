/** File names inside a run's folder, shared by the engine, the host and the command. */
export const runLayout = {
  /** The trainer's state and its claim. */
  state: 'state',
  /** Claim file inside {@link runLayout.state}: held by the process that trains the run. */
  claim: 'trainer.pid',
} as const;
