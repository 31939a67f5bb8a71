"""Runs queries in KQL over rows, by duckdb-kql. Standard input: {now, tables: {name: {column: type}}, worlds: [{rows: {name: file of JSON
lines}, queries: [{query, since}]}]}. Standard output: for each world the rows that each query answers."""

import json
import sys

import duckdb
import duckdb_kql

given = json.load(sys.stdin)
types = {
    "string": "varchar",
    "datetime": "timestamp",
    "real": "double",
    "int": "integer",
    "bool": "boolean",
    "dynamic": "json",
}
columns_of = {
    name: ", ".join(f'"{column}" {types[kind]}' for column, kind in columns.items())
    for name, columns in given["tables"].items()
}
read_as = {
    name: "{" + ", ".join(f"'{column}': '{types[kind]}'" for column, kind in columns.items()) + "}"
    for name, columns in given["tables"].items()
}


def answers(world):
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for name, file in world["rows"].items():
        connection.execute(f'create table "all {name}" ({columns_of[name]})')
        if file is not None:
            connection.execute(
                f"""insert into "all {name}" by name
                    select * from read_json(?, format = 'newline_delimited', columns = {read_as[name]})""",
                [file],
            )
    for asked in world["queries"]:
        # A rule looks at the rows of its window, whatever the query says.
        for name in world["rows"]:
            connection.execute(
                f'create or replace table "{name}" as select * from "all {name}" where "TimeGenerated" > ?::timestamp',
                [asked["since"]],
            )
        found = duckdb_kql.kql(connection, asked["query"], query_now=given["now"])
        yield [dict(zip(found.columns, map(str, row))) for row in found.fetchall()]


json.dump([list(answers(world)) for world in given["worlds"]], sys.stdout)
