import { Fragment } from 'preact';

/** A name of a tensor or file that can wrap after a dot, a dash or a slash. */
export const Name = ({ text }: { readonly text: string }) => (
  <>
    {text.split(/(?<=[./_-])/).map((part, index) => (
      <Fragment key={index}>
        {index > 0 && <wbr />}
        {part}
      </Fragment>
    ))}
  </>
);
