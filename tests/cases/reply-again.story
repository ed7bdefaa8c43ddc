# "We are still looking, you will hear by the 20th" is no answer but a slip;
# a decision with a further promise is both an answer and a new promise.
say 2026-03-02 company
  promise company reply 2026-03-09 "We will reply by 9 March."
say 2026-03-08 company
  promise company reply 2026-03-20 "I am still looking and will write by 20 March."
at 2026-03-09
1 slipped to=2
2 open 2026-03-20 slips=1
say 2026-03-19 company offer
  promise company reply 2026-04-02 "On the rest we will write by 2 April."
at 2026-03-30
2 kept 2026-03-20
3 open 2026-04-02 slips=0 of=0
