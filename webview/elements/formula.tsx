/** A formula; a letter after an underscore is a subscript (Unicode has no such F). */
export const Formula = ({ text }: { readonly text: string }) => (
  <>{text.split(/_(\p{L})/u).map((part, index) => (index % 2 === 1 ? <sub>{part}</sub> : part))}</>
);
