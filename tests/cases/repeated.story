# The same date again, or a vaguer word, is the same promise.
say 2026-03-02 company
  promise company reply +5bd "We will reply within 5 working days."
say 2026-03-04 company acknowledgement
  promise company reply 2026-03-09 "As we said, you will hear by 9 March."
say 2026-03-05 company delay
  promise company reply vague "We will be in touch shortly."
at 2026-03-06
1 open 2026-03-09
total 1
