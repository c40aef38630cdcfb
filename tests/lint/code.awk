# SPDX-License-Identifier: ISC
# C source with comments and the insides of strings blanked out, line by line,
# as "file:number:code".
FNR == 1 { comment = 0 }
{
	line = $0
	out = ""
	string = ""
	n = length(line)
	for (i = 1; i <= n; i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (comment) {
			if (two == "*/") { comment = 0; i++ }
		} else if (string != "") {
			if (c == "\\") i++
			else if (c == string) { string = ""; out = out c }
		} else if (two == "/*") { comment = 1; i++; out = out " " }
		else if (two == "//") break
		else {
			if (c == "\"" || c == "'") string = c
			out = out c
		}
	}
	print FILENAME ":" FNR ":" out
}
