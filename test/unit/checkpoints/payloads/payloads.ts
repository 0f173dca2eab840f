import { detours } from './detours.js';
import { doors, unknown } from './doors.js';
import type { Payload } from './payload.js';
import { behind, spellings } from './spellings.js';

export const payloads: readonly Payload[] = [...spellings, ...detours, ...doors, ...behind, ...unknown];
