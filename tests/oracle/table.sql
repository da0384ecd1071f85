-- A workload for the oracle: inserts, an index, sorts, a recursive query.
create table t(a, b);
with recursive c(x) as (select 1 union all select x + 1 from c
	where x < 100 * @n)
	insert into t select x, x || 'a' from c;
select count(*), sum(a) from t group by b % 7 order by 2;
create index i on t(b);
select * from t where b like '1%' limit 5;
select a, group_concat(b) from t group by a % 100;
