"""`python -m radioloom.tables > docs/tables.md`: the data dictionary, written from the declaration of the tables."""

from radioloom.tables.dictionary import page

if __name__ == "__main__":
    print(page(), end="")
