import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeProgressRing,
  vsCodeTag,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import type { ComponentChildren } from 'preact';

/**
 * The elements that look like VS Code's own. Only this file knows the toolkit behind them; controls that every browser
 * draws well (selects, sliders, tables) are the browser's.
 */
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing(), vsCodeTag(), vsCodeTextField());

type ElementAttributes = Record<string, unknown>;
declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': ElementAttributes;
      'vscode-progress-ring': ElementAttributes;
      'vscode-tag': ElementAttributes;
      'vscode-text-field': ElementAttributes;
    }
  }
}

export interface ButtonProps {
  readonly onClick: () => void;
  readonly secondary?: boolean;
  readonly children: ComponentChildren;
}

export const Button = ({ onClick, secondary = false, children }: ButtonProps) => (
  <vscode-button appearance={secondary ? 'secondary' : 'primary'} onClick={onClick}>
    {children}
  </vscode-button>
);

export const ProgressRing = () => <vscode-progress-ring aria-hidden="true" />;

export const Tag = ({ children }: { readonly children: ComponentChildren }) => (
  <vscode-tag>{children}</vscode-tag>
);

export interface FilterFieldProps {
  readonly value: string;
  readonly label: string;
  readonly onInput: (text: string) => void;
}

export const FilterField = ({ value, label, onInput }: FilterFieldProps) => (
  <vscode-text-field
    value={value}
    placeholder={label}
    aria-label={label}
    onInput={(event: InputEvent) => onInput((event.target as HTMLInputElement).value)}
  />
);
