/** A formula as it is written: a letter after an underscore stands below the line (Unicode has no such F). */
export const Formula = ({ text }: { readonly text: string }) => (
  <>{text.split(/_(\p{L})/u).map((part, index) => (index % 2 === 1 ? <sub>{part}</sub> : part))}</>
);
