#!/bin/sh
# Run once, by the image of MySQL, when it makes its data. The account of servers, workers and commands reads and writes rows and can do
# nothing else; tables are the owner's, who is used by `migrate` alone, and by who looks for what holds rows (PROCESS): root has a password that nobody knows. On a site that is older than this file, say the same by hand.
docker_process_sql --dont-use-mysql-root-password --database=mysql --user=root --password="${MYSQL_ROOT_PASSWORD}" <<SQL
CREATE USER IF NOT EXISTS 'madang'@'%' IDENTIFIED BY '$(cat /run/secrets/mysql_password)';
GRANT SELECT, INSERT, UPDATE, DELETE ON madang.* TO 'madang'@'%';
GRANT PROCESS ON *.* TO 'madang_owner'@'%';
SQL
