private rule marked
{
    strings:
        $mark = "FORMS-MARK"
    condition:
        $mark
}
