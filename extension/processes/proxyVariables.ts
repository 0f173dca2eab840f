/**
 * Variables that make Node's own `fetch` use a proxy (Node 24.5 and later): the editor's setting if there is
 * one, otherwise the environment's.
 */
export const proxyVariables = (
  proxy: string,
  noProxy: readonly string[],
): Readonly<Record<string, string>> => ({
  NODE_USE_ENV_PROXY: '1',
  ...(proxy === '' ? {} : { HTTPS_PROXY: proxy, HTTP_PROXY: proxy }),
  ...(noProxy.length === 0 ? {} : { NO_PROXY: noProxy.join(',') }),
});
