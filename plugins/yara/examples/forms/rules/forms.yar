include "marks.yar"
import "hash"
import "math"
import "elf"

rule included : form
{
    meta:
        description = "A mark and a word, whose rule is in another file"
        severity = "low"
    strings:
        $word = "included word"
    condition:
        marked and $word
}

rule wide_or_encoded : form
{
    strings:
        $wide = "wide marker" wide
        $base64 = "encoded marker" base64
        $xor = "hidden marker" xor(0x20)
    condition:
        any of them
}

rule counted
{
    strings:
        $line = /entry-[0-9]{3};/
    condition:
        #line > 2 and @line[3] < 100
}

rule named
{
    strings:
        $php = "<?php"
    condition:
        $php at 0 and filename == "x.php" and filepath startswith "/var/www/"
}

rule digest
{
    strings:
        $hello = "hello"
    condition:
        $hello and hash.md5(0, filesize) == "5d41402abc4b2a76b9719d911017c592"
}

rule tiny_elf
{
    meta:
        description = "Holds without any string"
    condition:
        elf.type == elf.ET_EXEC and filesize < 200 and math.entropy(0, filesize) < 6.0
}
