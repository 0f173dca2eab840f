import { render } from 'preact';
import { App } from './app.js';
import { embeddedReport } from './connection/embeddedReport.js';
import { panelHost } from './connection/panelHost.js';
import { keepStateIn } from './state/persistedState.js';
import './strings.js';
import { wearSystemTheme } from './frame/themeSwitch.js';
import './styles/page.css';
import './styles/standalone.css';
import './styles/print.css';

/**
 * One page, two places. In VS Code it is fed by messages (`contract/panel.ts`). In a report opened from disk it reads
 * `<script type="application/json" id="report">` (a `ReportAddition`, with `<` escaped), which stands before this script
 * in the body. It draws into `#root`.
 */
const host = panelHost();
const connection = host ?? embeddedReport();
if (!host) wearSystemTheme();
keepStateIn(connection.keeper);

const root = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
render(<App connection={connection} />, root);
