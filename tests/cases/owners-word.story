# kept, not kept, void; and each undone, back to what was before.
say 2026-03-02 company
  promise company refund +5bd "We will refund you within 5 working days."
at 2026-03-20
1 lapsed 2026-03-09
keep 1 2026-03-08
1 kept
keep 1 2026-03-08
refused
unkeep 1
1 lapsed
void 1
1 void
void 1
refused
undo
1 lapsed
undo
1 kept
undo
1 lapsed
undo
refused
keep 7 2026-03-08
refused
