"""Finding issues by what is known of them: never by a word that anybody wrote."""
