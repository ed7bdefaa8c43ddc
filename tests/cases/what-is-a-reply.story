# A promise to reply is kept by an answer; not by a receipt, not by a delay,
# not by an autoreply, and not by a stranger.
say 2026-03-02 company
  promise company reply 2026-03-09 "We will reply by 9 March."
say 2026-03-03 company autoreply
say 2026-03-04 company acknowledgement
say 2026-03-05 company delay apology
say 2026-03-06 other refusal
at 2026-03-07
1 open 2026-03-09
say 2026-03-08 company refusal
at 2026-03-20
1 kept 2026-03-09
