-- Cells of another plane are none of this one's: the grid is due from its units on.
DELETE FROM layers_gridusage;
DELETE FROM layers_griddifference;
DELETE FROM layers_gridyear;
DELETE FROM layers_gridplace;
DELETE FROM layers_gridweight;
DELETE FROM layers_gridunit;
UPDATE layers_gridbuild SET weighed_release = 0
