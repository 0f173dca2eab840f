import type { ArrayJob } from './scheduler.js';

/** A word as a shell reads it literally. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * The batch script of an array. It passes signals on to the command and waits for it, because a checkpoint takes a
 * moment. Warned of the time limit, an element that has not ended by itself goes back into the queue; requeued after the
 * death of its node it goes on from the last checkpoint, as the same command always does.
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
