/** What went wrong with something that the reader asked for, beside the place where it was asked. */
export const Failure = ({ says }: { readonly says: string }) =>
  says === '' ? null : (
    <p class="failure" role="alert">
      {says}
    </p>
  );
