# An answer without any signal is an answer.
say 2026-03-02 company
  promise company reply 2026-03-09 "We will reply by 9 March."
say 2026-03-08 company
> The light on the box is red, is that right?
at 2026-03-20
1 kept 2026-03-09
