# A first date for what had none is no slip.
say 2026-03-02 company
  promise company deliver vague "We will send the label soon."
say 2026-03-04 company
  promise company deliver 2026-03-09 "The label will be sent by 9 March."
at 2026-03-06
1 slipped to=2
2 open 2026-03-09 slips=0 of=1
