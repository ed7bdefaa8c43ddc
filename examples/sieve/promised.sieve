# promised in Pigeonhole Sieve: each mail goes through `promised filter`, which
# files it and adds X-Promised headers.  When the program fails the mail is
# kept as it came.
#
# Must be a global script (sieve_before); see dovecot.conf beside this file.
require ["vnd.dovecot.filter", "fileinto", "mailbox"];

filter "promised-filter";

# An example of what the headers are for.
if header :contains "X-Promised-Owed" "company" {
	fileinto :create "Owed";
}
