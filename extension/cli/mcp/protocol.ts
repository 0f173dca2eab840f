/** The protocol's library, in its own bundle: only the command that serves it loads it. */
export { McpServer } from '@modelcontextprotocol/server';
export { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
