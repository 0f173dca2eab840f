import { statisticKeys, type StatisticKey } from '../../extension/contract/statistics/table.js';
import { Choice } from '../elements/choice.js';
import { sides, type Of } from '../report/matrices.js';
import { say } from '../words/say.js';
import { statisticName } from '../words/statistics.js';

const shortNames = { weights: 'weights', change: 'changeShort' } as const;

export interface SideChoiceProps {
  readonly value: Of;
  readonly onChange: (side: Of) => void;
  /** In the head of a card there is room for a word only. */
  readonly short?: boolean;
}

/** Of the weights, or of their change from the first checkpoint. */
export const SideChoice = ({ value, onChange, short = false }: SideChoiceProps) => (
  <Choice
    label={say('of')}
    value={value}
    options={sides.map((side) => ({ value: side, text: say(short ? shortNames[side] : side) }))}
    onChange={onChange}
  />
);

export interface StatisticChoiceProps {
  readonly value: StatisticKey;
  readonly onChange: (statistic: StatisticKey) => void;
}

/** One of the statistics of a spectrum. */
export const StatisticChoice = ({ value, onChange }: StatisticChoiceProps) => (
  <Choice
    label={say('statistic')}
    value={value}
    options={statisticKeys.map((key) => ({ value: key, text: statisticName(key) }))}
    onChange={onChange}
  />
);
