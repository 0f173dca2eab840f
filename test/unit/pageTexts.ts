/** The page's sentences are there for every test, as they are for the page. */
import '../../webview/strings.js';
