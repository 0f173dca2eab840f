import { existsSync } from 'node:fs';
import { folderOfPlace } from '../contract/seriesPlace.js';

/** The path on disk of a source: for one series among several in a folder, the folder. */
export const watchedPlace = (source: string): string => (existsSync(source) ? source : folderOfPlace(source));
