import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing } from '@vscode/webview-ui-toolkit';
import { h } from 'preact';
import type { ComponentChildren } from 'preact';

/**
 * The elements that look like VS Code's own. Only this file knows the toolkit. Controls that every browser
 * draws well (selects, sliders, tables) are native.
 */
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing());

export interface ButtonProps {
  readonly onClick: () => void;
  readonly secondary?: boolean;
  readonly children: ComponentChildren;
}

export const Button = ({ onClick, secondary = false, children }: ButtonProps) =>
  h('vscode-button', { appearance: secondary ? 'secondary' : 'primary', onClick }, children);

export const ProgressRing = () => h('vscode-progress-ring', { 'aria-hidden': 'true' });
