/** The failure of a request, beside the control that made it. */
export const Failure = ({ says }: { readonly says: string }) =>
  says === '' ? null : (
    <p class="failure" role="alert">
      {says}
    </p>
  );
