import http from 'node:http';
import https from 'node:https';
import type { Send } from '../engine/runs/cluster/ray.js';

const timeoutMs = 30_000;
/** Ten thousand jobs are about ten megabytes. */
const mostBytes = 64 * 2 ** 20;

/**
 * One request to an address given on the command line; follows no redirection. Node's own `fetch` presents
 * itself as a browser, and Ray rejects jobs from browsers.
 */
export const sendRequest: Send = (url, { method, body }) =>
  new Promise((resolve, reject) => {
    const { request } = new URL(url).protocol === 'https:' ? https : http;
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request(url, { method, headers, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > mostBytes) sent.destroy(new Error('The answer is too long.'));
        else chunks.push(chunk);
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
