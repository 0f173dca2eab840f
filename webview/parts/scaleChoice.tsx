import type { Scale } from '../charts/figure.js';
import { oneOf, usePersistedState } from '../state/persistedState.js';
import { say } from '../words/say.js';
import { Choice } from '../elements/choice.js';

const scales = ['log', 'linear'] as const;

export const useScale = (name: string, initial: Scale): [Scale, (scale: Scale) => void] =>
  usePersistedState<Scale>(name, initial, oneOf(scales));

export interface ScaleChoiceProps {
  readonly axis: string;
  readonly value: Scale;
  readonly onChange: (scale: Scale) => void;
}

export const ScaleChoice = ({ axis, value, onChange }: ScaleChoiceProps) => (
  <Choice
    label={say('scale.of', { axis })}
    value={value}
    options={scales.map((scale) => ({ value: scale, text: say(`scale.${scale}`) }))}
    onChange={onChange}
  />
);
