# A clock that starts at an event; `received` starts it.
say 2026-03-02 company
  promise company refund +5bd event "We will refund you within 5 working days of receiving the item."
at 2026-06-01
1 waiting undated
received 1 2026-06-03
at 2026-06-04
1 open 2026-06-10
received 1 2026-06-05
refused
undo
at 2026-06-05
1 waiting undated
# which one, when only one waits: 0
received 0 2026-06-03
1 open 2026-06-10
