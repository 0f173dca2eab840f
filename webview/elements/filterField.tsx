export interface FilterFieldProps {
  readonly value: string;
  readonly label: string;
  readonly onInput: (text: string) => void;
}

/** A native search field: label, placeholder and clear button are where readers expect them. */
export const FilterField = ({ value, label, onInput }: FilterFieldProps) => (
  <input
    type="search"
    class="filter"
    value={value}
    placeholder={label}
    aria-label={label}
    spellcheck={false}
    onInput={({ currentTarget }) => onInput(currentTarget.value)}
  />
);
