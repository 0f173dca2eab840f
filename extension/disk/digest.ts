import { createHash } from 'node:crypto';
import { openRegular } from './regularFile.js';
import { readError } from './systemErrors.js';

const PIECE = 2 ** 20;

/**
 * SHA-256 of regular files, concatenated, in hexadecimal.
 * @throws GeometryError `not-found`, `unreadable`.
 */
export const sha256Of = async (paths: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const path of paths) {
    const { handle, stats } = await openRegular(path);
    const piece = Buffer.allocUnsafe(Math.max(1, Math.min(Number(stats.size), PIECE)));
    try {
      for (let at = 0; ;) {
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        if (bytesRead === 0) break;
        hash.update(piece.subarray(0, bytesRead));
        at += bytesRead;
      }
    } catch (thrown) {
      throw readError(path, thrown);
    } finally {
      await handle.close();
    }
  }
  return hash.digest('hex');
};
