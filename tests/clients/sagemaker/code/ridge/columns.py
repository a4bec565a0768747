def split(table):
    return table.drop(columns=["rings", "sex"]), table["rings"]
