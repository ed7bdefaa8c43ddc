# At the end what lapsed is broken, what was not due yet is void; reopening
# brings both back.
say 2026-03-02 company
  promise company refund 2026-03-09 "We will refund you by 9 March."
  promise company reply 2026-06-01 "We will write by 1 June."
  promise company deliver 2026-03-05 "The label will come by 5 March."
say 2026-03-04 company
  done "The label has been sent."
at 2026-04-01
void 2
undo
close 2026-04-01
1 broken
2 void
3 kept
close 2026-04-01
refused
reopen
1 lapsed
2 open 2026-06-01
close 2026-04-02
undo
1 lapsed
2 open 2026-06-01
