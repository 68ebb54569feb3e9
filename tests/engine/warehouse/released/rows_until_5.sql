-- Rows of the tables that every version up to 5 has alike.

insert into metric values
    (1, 1, 0, 10, 2.5, '2025-06-15 15:06:45.1237+00'),
    (1, 1, 0, 20, 'nan', '2025-06-15 15:06:46+00'),
    (1, 2, 0, null, null, '2025-06-15 15:06:47+00');
insert into latest values
    (1, 1, 0, 20, 'nan', '2025-06-15 15:06:46+00', 20),
    (1, 2, 0, null, null, '2025-06-15 15:06:47+00', null);
insert into invalid_metric values (1, 2, 0, null, 'n/a', '2025-06-15 15:06:47+00');
