-- Which variants does the experiment leave out, and by which rule?
--
-- param  experiment  text  null  name of the experiment; unset, the one that was planned last
-- column variant     text  -     axes and their values
-- column rule        text  -     the rule of the file that leaves it out

select
    array_to_string(
        list_transform(
            json_keys(variant), lambda axis:concat(axis, '=', json_extract_string(variant, '$."' || axis || '"'))
        ),
        ', '
    ) as variant,
    rule
from excluded
where experiment = chosen($experiment)
order by position
