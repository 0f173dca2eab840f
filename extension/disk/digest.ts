import { createHash } from 'node:crypto';
import { openRegular } from './regularFile.js';
import { readError } from './systemErrors.js';

const PIECE = 2 ** 20;

/**
 * SHA-256 of regular files, one after the other, in hexadecimal digits.
 * @throws GeometryError `not-found`, `unreadable`.
 */
export const sha256Of = async (paths: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE);
  for (const path of paths) {
    const { handle } = await openRegular(path);
    try {
      for (let at = 0; ;) {
        const { bytesRead } = await handle.read(piece, 0, PIECE, at);
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
