/** The protocol's library, a bundle of its own: only the command that serves it loads it. */
export { McpServer } from '@modelcontextprotocol/server';
export { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
