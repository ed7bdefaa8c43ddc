#!/bin/sh
# A certificate authority for tests and what it signs.
#
#	certs.sh DIR
#
# makes DIR with ca.pem, and NAME.pem with NAME.key for these NAMEs:
#	good	localhost and 127.0.0.1
#	other	another address, 127.0.0.2, for the pinned-by-address cases
#	wrong	mail.other.example, so the host name does not fit
#	expired	fits, but ended in 2021
#	future	fits, but begins in 2090
#	client	fits, but is for TLS clients only
#	self	fits, but signed by itself
set -eu

mkdir -p "$1"
cd "$1"

request() { # NAME SUBJECT [openssl req options]: a P-256 key and a request
	name=$1 subject=$2
	shift 2
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$name.key" -subj "/CN=$subject" "$@" 2>>openssl.log
}

sign() { # NAME SUBJECT-ALT-NAMES FROM TO [PURPOSE]
	request "$1" "${2#*:}" -out "$1.csr"
	printf '%s\n' "subjectAltName=$2" "extendedKeyUsage=${5:-serverAuth}" \
	    basicConstraints=CA:false >"$1.ext"
	openssl ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key \
	    -in "$1.csr" -out "$1.pem" -extfile "$1.ext" \
	    -startdate "$3" -enddate "$4" 2>>openssl.log
}

cat >ca.cnf <<END
[ca]
default_ca = tests
[tests]
database = ca.index
serial = ca.serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
END
: >ca.index
echo 01 >ca.serial
request ca "promised test CA" -x509 -days 3650 -out ca.pem \
    -addext basicConstraints=critical,CA:true \
    -addext keyUsage=critical,keyCertSign,cRLSign

here=DNS:localhost,IP:127.0.0.1
sign good $here 20200101000000Z 20891231000000Z
sign other IP:127.0.0.2 20200101000000Z 20891231000000Z
sign wrong DNS:mail.other.example 20200101000000Z 20891231000000Z
sign expired $here 20200101000000Z 20210101000000Z
sign future $here 20900101000000Z 20910101000000Z
sign client $here 20200101000000Z 20891231000000Z clientAuth
request self localhost -x509 -days 3650 -out self.pem \
    -addext subjectAltName=$here
chmod 644 ./*.key # an unprivileged server of the same test reads them
