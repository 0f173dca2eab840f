import type { ArrayJob } from './scheduler.js';

/** Quotes a word literally for a shell. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * The batch script of an array. It forwards signals to the command and waits for it, because a checkpoint takes
 * a moment. An element that gets the time limit's warning and has not finished is requeued. After a requeue,
 * also one caused by a dead node, the same command continues from the last checkpoint.
 */
export const slurmScript = ({ command, environment, options: { setup } }: ArrayJob): string => `#!/bin/bash
first=\${1:-0}
${Object.entries(environment)
  .map(([name, value]) => `export ${name}=${shellWord(value)}\n`)
  .join('')}${setup === undefined ? '' : `. ${shellWord(setup)}\n`}warned=
trap 'warned=1; kill -TERM "$child" 2>/dev/null' USR1
trap 'kill -TERM "$child" 2>/dev/null' TERM INT
${command.map(shellWord).join(' ')} "$((first + SLURM_ARRAY_TASK_ID))" &
child=$!
while :; do
  wait "$child"
  status=$?
  kill -0 "$child" 2>/dev/null || break
done
if [ -n "$warned" ] && [ "$status" -ne 0 ]; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"
fi
exit "$status"
`;
